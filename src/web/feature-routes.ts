import type { FastifyPluginAsync } from 'fastify'
import type { Feature } from '../core/feature.ts'
import type { AdminLink, AdminSite } from './admin/admin-site.ts'

/** Pages of a feature for the operator, below /admin and behind the login. */
export interface AdminRoutes {
  plugin: FastifyPluginAsync<AdminSite>
  link: AdminLink
}

interface FeatureRoutes {
  area: 'admin'
  read(): Promise<AdminRoutes>
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Pages beside those of the core. Read when a server is built that has the area. */
    routes?: readonly FeatureRoutes[]
  }
}

export const readAdminRoutes = (features: readonly Feature[]): Promise<AdminRoutes[]> =>
  Promise.all(features.flatMap(({ routes = [] }) => routes).map((one) => one.read()))
