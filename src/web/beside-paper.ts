import type { Config } from '../config/config.ts'
import type { Deps } from '../core/deps.ts'
import type { Feature } from '../core/feature.ts'
import type { Paper } from '../papers/paper.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

/** Where a paper is: in a list (also a digest's), on its own page, or among the similar papers there. */
export type PaperPlace = 'list' | 'page' | 'similar'

/** A subscriber on their own page of a digest. */
export interface DigestReader {
  subscriber: Subscriber
  /** Of the link to their settings: forms post below `/manage/${token}`. */
  token: string
  /** The path of the page below that. */
  path: string
}

/** What a feature adds to the links of a paper, such as "PDF". */
export interface BesidePaper {
  /** Renders list items. Reads `it.part`. */
  template: URL
  /**
   * Null for nothing. The same for everyone, because pages are cached. Runs for each paper of a page, so it must not take
   * long.
   */
  view(paper: Paper, place: PaperPlace): object | null
  /** The path of a script, for pages that have such a part. */
  script?: string
  /** What is there instead on a subscriber's own page of a digest, which is never cached. */
  forReader?: {
    template: URL
    /** The parts, by the id of their paper. `papers`: by the id in the digest, which is older if papers were merged. */
    read(
      deps: Deps,
      reader: DigestReader,
      papers: ReadonlyMap<number, Paper>,
    ): Promise<ReadonlyMap<number, object>>
  }
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Read when a server is built. */
    besidePaper?(config: Config): Promise<BesidePaper>
  }
}

export const readBesidePaper = (features: readonly Feature[], config: Config): Promise<BesidePaper[]> =>
  Promise.all(features.flatMap((one) => one.besidePaper?.(config) ?? []))

/** A part to render: its template, and what that reads. */
export interface PaperPart {
  template: URL
  part: object
}

/** The parts beside a paper for everyone; none if it is not known. */
export const partsBeside = (
  all: readonly BesidePaper[],
  paper: Paper | undefined,
  place: PaperPlace,
): (PaperPart & { script: string | undefined })[] =>
  all.flatMap(({ template, view, script }) => {
    const part = paper && view(paper, place)
    return part ? [{ template, part, script }] : []
  })

/** The parts beside each paper of a digest on the page of its reader, by the id in the digest. */
export async function partsForReader(
  all: readonly BesidePaper[],
  deps: Deps,
  { reader, papers }: { reader: DigestReader; papers: ReadonlyMap<number, Paper> },
): Promise<(id: number) => PaperPart[]> {
  const own = await Promise.all(all.map(({ forReader }) => forReader?.read(deps, reader, papers)))
  return (id) =>
    all.flatMap((one, i) => {
      if (!one.forReader) return partsBeside([one], papers.get(id), 'list')
      const part = own[i]!.get(id)
      return part ? [{ template: one.forReader.template, part }] : []
    })
}
