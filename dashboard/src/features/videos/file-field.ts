// The one field that files are chosen by. It belongs to no page and to no button: what people choose arrives, although the page
// may have become another one while they were choosing.
type Take = (files: Iterable<File>) => void

let field: HTMLInputElement | undefined
let take: Take = () => undefined

/** Whoever is shown last takes the files. */
export function takeFiles(by: Take): void {
  take = by
  field ??= made()
}

export function chooseFiles(): void {
  field?.click()
}

function made(): HTMLInputElement {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.accept = 'video/*,.mkv'
  input.setAttribute('aria-label', 'Videos to upload')
  input.hidden = true
  input.addEventListener('change', () => {
    take([...(input.files ?? [])])
    // The same file may be chosen again.
    input.value = ''
  })
  document.body.append(input)
  return input
}
