export type Theme = 'system' | 'light' | 'dark';

const STORED = 'guildhall.theme';

class ThemeChoice {
  current = $state<Theme>('system');
}

export const theme = new ThemeChoice();

export function applyTheme(chosen = stored()): void {
  theme.current = chosen;
  if (chosen === 'system') {
    delete document.documentElement.dataset['theme'];
    localStorage.removeItem(STORED);
  } else {
    document.documentElement.dataset['theme'] = chosen;
    localStorage.setItem(STORED, chosen);
  }
}

function stored(): Theme {
  const value = localStorage.getItem(STORED);
  return value === 'light' || value === 'dark' ? value : 'system';
}
