/** Door of the room: order in a group, for the lists of people. */
export { default as GroupMemberActs } from './GroupMemberActs.svelte';
export { isMuted } from './mute';
