/** The address bar as state. Links are plain `<a href>`; clicks on them stay in the page. */
class Router {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));
  hash = $state(location.hash.slice(1));
  /** Counts visits: a page may want to know that the same address was asked for again. */
  visit = $state(0);

  read(): void {
    if (this.path !== location.pathname) this.path = location.pathname;
    if (this.query.toString() !== location.search.slice(1)) this.query = new URLSearchParams(location.search);
    this.hash = location.hash.slice(1);
    this.visit += 1;
  }
}

export const router = new Router();

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState({ depth: depth() }, '', to);
  else history.pushState({ depth: depth() + 1 }, '', to);
  router.read();
}

/** Back inside the client; where there is nothing to go back to, to `fallback`. */
export function goBack(fallback: string): void {
  if (depth() > 0) history.back();
  else navigate(fallback, { replace: true });
}

function depth(): number {
  const state = history.state as { depth?: number } | null;
  return state?.depth ?? 0;
}

export function startRouter(): void {
  addEventListener('popstate', () => router.read());
  document.addEventListener('click', (click) => {
    const link = (click.target as Element | null)?.closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || !staysHere(click, link)) return;
    click.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}

function staysHere(click: MouseEvent, link: HTMLAnchorElement): boolean {
  const plain = click.button === 0 && !click.metaKey && !click.ctrlKey && !click.shiftKey && !click.altKey;
  const ours = link.origin === location.origin && !/^\/(api|calendar)\//.test(link.pathname);
  return plain && ours && !click.defaultPrevented && link.target === '' && !link.hasAttribute('download');
}
