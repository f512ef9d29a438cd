import type { Feature } from '../core/feature.ts'
import type { PaperPart } from './beside-paper.ts'

/** A list of papers on a page. */
export interface ListOnPage {
  kind: 'day' | 'week' | 'month' | 'trending' | 'search' | 'digest'
  /** Of its first page, with the visitor's choices: /papers/week/2026-W48?sort=newest */
  path: string
  /** The number of papers on all its pages. */
  papers: number
}

/** What a feature adds beside a list of papers: a section, or below a digest a paragraph. */
export interface BesideList {
  /** Reads `it.part`. */
  template: URL
  /** Null for nothing. The same for everyone, because pages are cached. */
  view(list: ListOnPage): object | null
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Read when a server is built. */
    besideList?(): Promise<BesideList>
  }
}

export const readBesideList = (features: readonly Feature[]): Promise<BesideList[]> =>
  Promise.all(features.flatMap((one) => one.besideList?.() ?? []))

/** The parts beside a list. */
export const partsBesideList = (all: readonly BesideList[], list: ListOnPage): PaperPart[] =>
  all.flatMap(({ template, view }) => {
    const part = view(list)
    return part ? [{ template, part }] : []
  })
