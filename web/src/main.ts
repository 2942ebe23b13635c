import { mount } from 'svelte';
import '$platform/styles/fonts.css';
import '$platform/styles/tokens.css';
import '$platform/styles/base.css';
import { startRouter } from '$platform/app/router.svelte';
import { applyDensity } from '$platform/styles/density.svelte';
import { applyTheme } from '$platform/styles/theme.svelte';
import { guessReader, storedLanguage } from '$platform/i18n/reader.svelte';
import { whenLoggedOut } from '$platform/api/client';
import { outbox } from '$platform/live/sending.svelte';
import { login } from '$platform/store/login.svelte';
import App from './App.svelte';

applyTheme();
applyDensity();
guessReader(navigator.languages, storedLanguage(), Intl.DateTimeFormat().resolvedOptions().timeZone);
startRouter();
whenLoggedOut(() => login.ended());
login.beforeLogOut(() => outbox.forget());

const target = document.getElementById('app');
if (target) mount(App, { target });
