// Puts the chosen theme on the page before it is painted. Alone in a file because the page allows no inline script.
const chosen = localStorage.getItem('reelfarm.theme')
const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.classList.toggle('dark', dark)
