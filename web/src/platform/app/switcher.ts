import type { Start } from '$platform/api/types';
import type { IconName } from '$platform/ui/icons/names';
import { paths } from './route';

export interface Destination {
  key: string;
  label: string;
  group: string;
  icon: IconName;
  href: string;
  unread: number;
}

/** All channels, the unread ones first, then in the order of the sidebar. */
export function destinations(start: Start): Destination[] {
  const all = start.groups.flatMap(({ group, channels }) =>
    channels
      .filter(({ kind }) => kind !== 'webinar')
      .map((channel) => ({
        key: channel.id,
        label: channel.name,
        group: group.name,
        icon: channel.kind === 'announcements' ? ('megaphone' as const) : ('hash' as const),
        href: paths.channel(start.brand.slug, group.id, channel.id),
        unread: channel.unread,
      })),
  );
  return [...all.filter(({ unread }) => unread > 0), ...all.filter(({ unread }) => unread === 0)];
}

/** Every word must begin a word of the name or the group; accents and case do not matter. */
export function matching(all: readonly Destination[], text: string): Destination[] {
  const wanted = folded(text).split(/\s+/).filter(Boolean);
  return all.filter(({ label, group }) => {
    const words = folded(`${label} ${group}`).split(/[\s\-_/]+/);
    return wanted.every((part) => words.some((word) => word.startsWith(part)) || folded(label).startsWith(part));
  });
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
