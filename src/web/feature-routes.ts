import type { FastifyPluginAsync } from 'fastify'
import type { Feature } from '../core/feature.ts'
import type { AdminButton, AdminLink, AdminSite } from './admin/admin-site.ts'
import type { Site } from './pages.ts'

/** Pages of a feature for the operator, below /admin and behind the login. */
export interface AdminRoutes {
  plugin: FastifyPluginAsync<AdminSite>
  link?: AdminLink
  button?: AdminButton
}

/** site: for everyone. manage: below /manage/:token, where a link that does not work gets the page that offers a new one. */
type SiteArea = 'site' | 'manage'

interface SiteRoutes {
  area: SiteArea
  read(): Promise<FastifyPluginAsync<Site>>
}

interface FeatureAdminRoutes {
  area: 'admin'
  read(): Promise<AdminRoutes>
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Pages beside those of the core. Read when a server is built that has the area. */
    routes?: readonly (SiteRoutes | FeatureAdminRoutes)[]
  }
}

const allOf = (features: readonly Feature[]) => features.flatMap(({ routes = [] }) => routes)

export const readRoutes = (
  features: readonly Feature[],
  area: SiteArea,
): Promise<FastifyPluginAsync<Site>[]> =>
  Promise.all(
    allOf(features)
      .filter((one) => one.area !== 'admin')
      .filter((one) => one.area === area)
      .map((one) => one.read()),
  )

export const readAdminRoutes = (features: readonly Feature[]): Promise<AdminRoutes[]> =>
  Promise.all(
    allOf(features)
      .filter((one) => one.area === 'admin')
      .map((one) => one.read()),
  )
