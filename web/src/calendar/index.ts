/** Door of the room: one's own calendar of webinars, for programmes to follow from outside. */
export { default as FeedDialog } from './FeedDialog.svelte';
