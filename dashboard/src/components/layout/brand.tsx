// The name and its mark.
export function Brand() {
  return (
    <span className="inline-flex items-center gap-2.5 text-lg font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-7" aria-hidden>
        <rect width="32" height="32" rx="8" className="fill-primary" />
        <path d="M8 9h3v14H8zM21 9h3v14h-3zM13 9h6v6h-6zM13 17h6v6h-6z" className="fill-on-primary" />
      </svg>
      <span className="max-[23rem]:hidden">Reelfarm</span>
    </span>
  )
}
