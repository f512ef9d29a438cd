import { spanOf } from '../../../../src/search/spans.ts'
import type { FeatureSite } from '../../web/feature-sites.ts'
import { DAYS } from '../../web/seed.ts'

const day = DAYS.at(-1)!
const NAMES = { date: day, week: spanOf('week', day).name, month: spanOf('month', day).name }
const FORMATS = ['bib', 'ris', 'csl.json']

export const featureSite: FeatureSite = {
  paths: Object.fromEntries(
    Object.entries(NAMES).flatMap(([unit, name]) =>
      FORMATS.map((format) => [`/papers/${unit}/:name.${format}`, `/papers/${unit}/${name}.${format}`]),
    ),
  ),
}
