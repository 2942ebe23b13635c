import type { Id, Person } from '$platform/api/types';
import type { SlotUse, SourceKind, StagePerson, Studio } from './wire';

/**
 * A viewer's connection has a fixed number of slots, and the node says who is in which. From that and from who is on
 * the stage follows what there is to see: one tile per source, and one without picture for who only speaks or listens.
 */
export interface Tile {
  /** Stays the same while a person is on the stage, so that nothing jumps. */
  key: string;
  peer: Id;
  kind: SourceKind;
  person: Person | undefined;
  /** Where no person is behind it. */
  studio: string | undefined;
  role: StagePerson['role'] | undefined;
  /** The m-lines that carry it, where any do. */
  video: string | undefined;
  audio: string | undefined;
  speaking: boolean;
  mutedByHost: boolean;
  own: boolean;
}

export interface Scene {
  people: readonly StagePerson[];
  studios: readonly Studio[];
  slots: readonly SlotUse[];
  speaking: readonly Id[];
  me: Id;
  /** One's own sources are shown from the machine itself, never through the node. */
  ownCamera: boolean;
  ownScreen: boolean;
}

export function tilesOf({ people, studios, slots, speaking, me, ownCamera, ownScreen }: Scene): Tile[] {
  const tile = (peer: Id, kind: SourceKind): Tile => {
    const known = people.find(({ person }) => person.id === peer);
    const mid = (media: 'audio' | 'video') =>
      slots.find((one) => one.peer === peer && one.kind === kind && one.media === media)?.mid;
    const own = peer === me;
    return {
      key: `${kind}:${peer}`,
      peer,
      kind,
      person: known?.person,
      studio: studios.find(({ id }) => id === peer)?.name,
      role: known?.role,
      video: own ? undefined : mid('video'),
      audio: own ? undefined : mid('audio'),
      speaking: kind === 'camera' && speaking.includes(peer),
      mutedByHost: kind === 'camera' && (known?.muted_by_host.audio ?? false),
      own,
    };
  };
  const screens = new Set(
    slots.filter(({ kind, media }) => kind === 'screen' && media === 'video').map(({ peer }) => peer),
  );
  screens.delete(me);
  const peers = new Set(people.map(({ person }) => person.id));
  for (const { peer, kind } of slots) if (kind === 'camera') peers.add(peer);
  if (ownCamera) peers.add(me);
  return [
    ...(ownScreen ? [tile(me, 'screen')] : []),
    ...[...screens].map((peer) => tile(peer, 'screen')),
    ...[...peers].map((peer) => tile(peer, 'camera')),
  ];
}

export interface Want {
  mid: string;
  height: number;
}

/** Heights in device pixels of the tiles on the screen; a slot that nobody sees is paused. */
export function wantsOf(slots: readonly SlotUse[], heights: ReadonlyMap<string, number>, audioOnly: boolean): Want[] {
  return slots
    .filter(({ media }) => media === 'video')
    .map(({ mid }) => ({ mid, height: audioOnly ? 0 : Math.round(heights.get(mid) ?? 0) }));
}

export const sameWants = (a: readonly Want[], b: readonly Want[]): boolean => JSON.stringify(a) === JSON.stringify(b);

export type Layout = 'focus' | 'grid';

/** What stands large: a screen first, else who was chosen, else who spoke last, else the first who is not oneself. */
export function largeTile(
  tiles: readonly Tile[],
  chosen: string | undefined,
  lastSpeaker: Id | undefined,
): Tile | undefined {
  return (
    tiles.find(({ key }) => key === chosen) ??
    tiles.find(({ kind }) => kind === 'screen') ??
    tiles.find(({ peer, own }) => peer === lastSpeaker && !own) ??
    tiles.find(({ own }) => !own) ??
    tiles[0]
  );
}

const RATIO = 16 / 9;

/** How many columns make the tiles of a grid largest in the room there is. */
export function columnsFor(count: number, width: number, height: number, gap = 8): number {
  let best = { columns: 1, tile: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const wide = (width - gap * (columns - 1)) / columns;
    const tall = (height - gap * (rows - 1)) / rows;
    const tile = Math.min(wide, tall * RATIO);
    if (tile > best.tile) best = { columns, tile };
  }
  return best.columns;
}
