import type { Config } from '../config/config.ts'
import type { Feature } from '../core/feature.ts'
import type { Edition } from './page-cache.ts'

/** A picture that other sites show with a link to a page. */
export interface PageImage {
  /** Of this site. */
  path: string
  /** In pixels. */
  width: number
  height: number
}

/** The picture of a page by its canonical path: "/papers?q=mamba". `edition`: the newest day with papers, if known. */
export type ImageOfPage = (path: string, edition: Edition | null) => PageImage

declare module '../core/feature.ts' {
  interface Feature {
    /** Pages name a picture if a feature has them. Read when a server is built. */
    pageImage?(config: Config): Promise<ImageOfPage>
  }
}

export const readPageImage = async (
  features: readonly Feature[],
  config: Config,
): Promise<ImageOfPage | undefined> => features.find((one) => one.pageImage)?.pageImage?.(config)
