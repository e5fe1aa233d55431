/** The gallery's list: picks a page, a theme and a width, and shows it in a frame. */
export {};

const frame = document.querySelector('iframe')!;
const theme = document.querySelector<HTMLSelectElement>('#theme')!;
const width = document.querySelector<HTMLSelectElement>('#width')!;
const links = [...document.querySelectorAll<HTMLAnchorElement>('nav a')];

function show(): void {
  const page = decodeURIComponent(location.hash.slice(1)) || links[0]?.hash.slice(1);
  for (const link of links)
    if (link.hash.slice(1) === page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  frame.style.width = width.value;
  frame.src = `${page ?? ''}.html?theme=${theme.value}`;
}

for (const control of [theme, width]) control.addEventListener('change', show);
window.addEventListener('hashchange', show);
show();
