import type { Feature } from '../../core/feature.ts'

/** The pictures that other sites show with links: of each paper, day and topic, drawn with the first request. */
export const shareImages: Feature = {
  name: 'share-images',
  routes: [{ area: 'site', read: async () => (await import('./share-image-routes.ts')).shareImageRoutes }],
  pageImage: async (config) => (await import('./image-of-page.ts')).imageOfPage(config),
}
