import * as texts from '$texts/platform';

/** The heading under which a zone stands in the picker. */
export function zoneRegion(zone: string): string {
  const named: Record<string, () => string> = {
    Africa: texts.zoneAfrica,
    America: texts.zoneAmerica,
    Antarctica: texts.zoneAntarctica,
    Arctic: texts.zoneArctic,
    Asia: texts.zoneAsia,
    Atlantic: texts.zoneAtlantic,
    Australia: texts.zoneAustralia,
    Europe: texts.zoneEurope,
    Indian: texts.zoneIndian,
    Pacific: texts.zonePacific,
  };
  return (named[zone.split('/')[0] ?? ''] ?? texts.zoneOther)();
}
