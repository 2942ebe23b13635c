/** Door of the room: what every way in asks a person for. */
export { default as LanguageAndZone } from './LanguageAndZone.svelte';
export { default as PasswordField } from './PasswordField.svelte';
export { passwordCheck } from './password-check';
