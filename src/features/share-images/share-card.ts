/** In pixels: what other sites ask for. */
export const IMAGE_SIZE = { width: 1200, height: 630 }

/** What a picture says, as plain data: the process that draws it has no database. */
export interface ShareCard {
  /** The name of the site. */
  site: string
  /** The color of the mark and of what counts: #12564f. */
  accent: string
  /** At the top right. */
  date: string
  title: string
  /** In up to two lines below the title. */
  lead: string
  /** In one line below that; as many names as fit, and the number of the others. */
  authors: string[]
  organization: string
  /** A number, and beside the bars what it counts. */
  figure: string
  caption: string
  bars: number[]
  /** Which bar is drawn in `accent`. */
  chosen: number | null
}
