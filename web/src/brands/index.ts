/** Door of the room: a brand's colour, for the pages on which somebody chooses or sees it. */
export { paint } from './apply';
export { HOUSE_COLOUR } from './colour';
export { isHex } from './oklch';
export { default as ColourField } from './ColourField.svelte';
export { default as LogoField } from './LogoField.svelte';
