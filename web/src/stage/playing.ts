import type { Attachment } from 'svelte/attachments';

/** Lets an element play tracks or a stream; muted, for sound has elements of its own. */
export const playing = (source: MediaStreamTrack | MediaStream): Attachment<HTMLVideoElement> => {
  const stream = source instanceof MediaStream ? source : new MediaStream([source]);
  return (video) => {
    video.muted = true;
    video.autoplay = true;
    video.playsInline = true;
    video.srcObject = stream;
    // Refused only where the element has left the page in the meantime.
    void video.play().catch(() => undefined);
    return () => (video.srcObject = null);
  };
};
