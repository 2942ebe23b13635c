import { mount } from 'svelte';
import '$platform/styles/fonts.css';
import '$platform/styles/tokens.css';
import '$platform/styles/base.css';
import { startRouter } from '$platform/app/router.svelte';
import { applyTheme } from '$platform/styles/theme.svelte';
import { guessReader, storedLanguage } from '$platform/i18n/reader.svelte';
import App from './App.svelte';

applyTheme();
guessReader(navigator.languages, storedLanguage(), Intl.DateTimeFormat().resolvedOptions().timeZone);
startRouter();

const target = document.getElementById('app');
if (target) mount(App, { target });
