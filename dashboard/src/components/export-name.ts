// What an export is called by itself. Asks for nothing: whoever knows its video may fall back on that one's name.
import type { Export } from '@/api/client'

/** Its only file, or the name it was given; several files have no name in common. */
export const ownName = ({ outputs, name }: Export): string | undefined =>
  (outputs.length === 1 ? outputs[0]?.filename : undefined) ?? name
