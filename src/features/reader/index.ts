import type { Feature } from '../../core/feature.ts'
import { fill, words } from '../../i18n/words.ts'
import { hostOf, READER_SETTINGS, readerSettings } from './settings.ts'

declare module '../../core/queue.ts' {
  interface FeatureNudgeNames {
    'grade-papers': true
  }
}

/** A service that does not reply may take a minute for each request. */
const REST_MS = 15 * 60_000

/** A language model of the operator's that grades the papers nearest to the border of topics: READER_URL. */
export const reader: Feature = {
  name: 'reader',
  settings: READER_SETTINGS,
  nudges: [
    {
      name: 'grade-papers',
      does: 'grading papers by the model of READER_URL',
      pollSeconds: 5,
      restMs: REST_MS,
      run: async (deps, input) => (await import('./grade-papers.ts')).gradeInTurn(deps, input),
    },
  ],
  readGrades: async (deps, request) => (await import('./read-grades.ts')).readStoredGrades(deps, request),
  errors: async () => (await import('./reader-fault.ts')).readerErrors,
  checks: [
    {
      name: 'reader',
      settings: READER_SETTINGS.map(({ name }) => name),
      check: async (config, input) => (await import('./check-reader.ts')).checkReader(config, input),
    },
  ],
  pageParts: [
    {
      page: 'privacy',
      sentences: (config) => {
        const settings = readerSettings(config)
        if (!settings) return []
        const values = { model: settings.model, host: hostOf(settings) }
        return [`${fill(words.reader.privacy, values)} ${fill(words.reader.english.privacy, values)}`]
      },
    },
    {
      page: 'manage',
      place: 'aside',
      readSection: async (deps, holder) => (await import('./opt-out-section.ts')).optOutSection(deps, holder),
    },
    { fields: [], read: async () => (await import('./english-part.ts')).englishPart },
  ],
  routes: [
    { area: 'manage', read: async () => (await import('./opt-out-route.ts')).optOutRoute },
    { area: 'site', read: async () => (await import('./english-routes.ts')).signupEnglishRoute },
    { area: 'manage', read: async () => (await import('./english-routes.ts')).manageEnglishRoute },
  ],
  queryInEnglish: async (deps, topic) => (await import('./offer-in-english.ts')).offerInEnglish(deps, topic),
  personalData: {
    prune: async (deps, cutoffs) => (await import('./prune-reader.ts')).pruneReader(deps, cutoffs),
    erase: async (tx, id) => (await import('./opt-out.repo.ts')).eraseOptOuts(tx, id),
    export: async ({ db }, id) => ({
      topicsWithoutReader: await (await import('./opt-out.repo.ts')).optOutsOf(db, id),
    }),
  },
}
