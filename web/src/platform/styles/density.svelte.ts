/** How close rows and controls stand. Touch is always comfortable; tokens.css sees to that. */
export type Density = 'comfortable' | 'compact';

const STORED = 'guildhall.density';

class DensityChoice {
  current = $state<Density>('comfortable');
}

export const density = new DensityChoice();

export function applyDensity(chosen = stored()): void {
  density.current = chosen;
  if (chosen === 'comfortable') {
    delete document.documentElement.dataset['density'];
    localStorage.removeItem(STORED);
  } else {
    document.documentElement.dataset['density'] = chosen;
    localStorage.setItem(STORED, chosen);
  }
}

function stored(): Density {
  return localStorage.getItem(STORED) === 'compact' ? 'compact' : 'comfortable';
}
