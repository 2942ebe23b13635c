/** The door of the room: a channel to put into another room's page, such as the chat of a webinar. */
export { default as ChannelView } from './ChannelView.svelte';
