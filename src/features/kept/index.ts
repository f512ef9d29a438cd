import type { Feature } from '../../core/feature.ts'
import { words } from '../../i18n/words.ts'

/** Papers that people keep, and private feeds of them and of one's digests. */
export const kept: Feature = {
  name: 'kept',
  errors: async () => (await import('./kept-errors.ts')).keptErrors,
  besidePaper: async (config) => (await import('./keep-beside.ts')).keepBeside(config),
  routes: [
    { area: 'site', read: async () => (await import('./kept-routes.ts')).keptRoutes },
    { area: 'site', read: async () => (await import('./feed-routes.ts')).privateFeedRoutes },
    { area: 'manage', read: async () => (await import('./keep-routes.ts')).keepRoutes },
  ],
  pageParts: [
    { page: 'privacy', sentences: () => [words.kept.privacy] },
    {
      page: 'manage',
      place: 'aside',
      readSection: async (deps, holder) => (await import('./feeds-section.ts')).feedsSection(deps, holder),
    },
  ],
  readElsewhere: async (tx, readers, config) =>
    (await import('./private-address.repo.ts')).onlyFeedReaders(tx, readers, config),
  personalData: {
    prune: async ({ db }, { kept: before, dryRun }) => ({
      removedPapers: await (await import('./kept.repo.ts')).pruneRemoved(db, { before, dryRun }),
    }),
    erase: async (tx, id) => {
      await (await import('./kept.repo.ts')).eraseKept(tx, id)
      await (await import('./private-address.repo.ts')).eraseAddresses(tx, id)
    },
    export: async (deps, id) => (await import('./export-kept.ts')).exportKept(deps, id),
  },
}
