import type { Feature } from '../../core/feature.ts'

/** Lists of papers as files for reference managers, and as COinS, which their browser extensions find. */
export const citeLists: Feature = {
  name: 'cite-lists',
  routes: [{ area: 'site', read: async () => (await import('./cite-list-routes.ts')).citeListRoutes }],
  besideList: async () => (await import('./list-links.ts')).listLinks,
  besidePaper: async () => (await import('./coins.ts')).coinsBesidePaper,
}
