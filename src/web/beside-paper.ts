import type { Config } from '../config/config.ts'
import type { Feature } from '../core/feature.ts'
import type { Paper } from '../papers/paper.ts'

/** Where a paper is: in a list (also a digest's), on its own page, or among the similar papers there. */
export type PaperPlace = 'list' | 'page' | 'similar'

/** What a feature adds to the links of a paper, such as "PDF". */
export interface BesidePaper {
  /** Renders list items. Reads `it.part`. */
  template: URL
  /**
   * Null for nothing. The same for everyone, because pages are cached. Runs for each paper of a page, so it must not take
   * long.
   */
  view(paper: Paper, place: PaperPlace): object | null
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Read when a server is built. */
    besidePaper?(config: Config): Promise<BesidePaper>
  }
}

export const readBesidePaper = (features: readonly Feature[], config: Config): Promise<BesidePaper[]> =>
  Promise.all(features.flatMap((one) => one.besidePaper?.(config) ?? []))
