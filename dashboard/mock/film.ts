// The film every video and export of the mock farm plays. Held in memory, since what passes the service worker cannot be sought in.
export const film = { url: '/media/film.webm' }

export async function loadFilm(): Promise<void> {
  const answer = await fetch(film.url)
  if (answer.ok) film.url = URL.createObjectURL(await answer.blob())
}
