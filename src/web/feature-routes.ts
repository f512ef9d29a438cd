import type { FastifyPluginAsync } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Feature } from '../core/feature.ts'
import type { AdminButton, AdminLink, AdminSite, LoginLink } from './admin/admin-site.ts'
import type { Site } from './pages.ts'

/** Pages of a feature for the operator, below /admin and behind the login. */
export interface AdminRoutes {
  plugin: FastifyPluginAsync<AdminSite>
  link?: AdminLink
  button?: AdminButton
}

/** A way to log in to the admin pages besides ADMIN_PASSWORD. */
export interface LoginMethod extends LoginLink {
  /** Its routes, below /admin and in front of the login. */
  plugin: FastifyPluginAsync<AdminSite>
  /** Its sessions end when this changes: a digest of the settings that decide who may log in. */
  key: string
  /** The page after the log-out button. */
  leavePath: string
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

interface FeatureLoginMethod {
  area: 'login'
  isConfigured(config: Config): boolean
  read(config: Config): Promise<LoginMethod>
}

declare module '../core/feature.ts' {
  interface Feature {
    /** Pages beside those of the core. Read when a server is built that has the area. */
    routes?: readonly (SiteRoutes | FeatureAdminRoutes | FeatureLoginMethod)[]
  }
}

const allOf = (features: readonly Feature[]) => features.flatMap(({ routes = [] }) => routes)

export const readRoutes = (
  features: readonly Feature[],
  area: SiteArea,
): Promise<FastifyPluginAsync<Site>[]> =>
  Promise.all(
    allOf(features)
      .filter((one) => one.area !== 'admin' && one.area !== 'login')
      .filter((one) => one.area === area)
      .map((one) => one.read()),
  )

export const readAdminRoutes = (features: readonly Feature[]): Promise<AdminRoutes[]> =>
  Promise.all(
    allOf(features)
      .filter((one) => one.area === 'admin')
      .map((one) => one.read()),
  )

const configuredMethods = (features: readonly Feature[], config: Config): FeatureLoginMethod[] =>
  allOf(features)
    .filter((one) => one.area === 'login')
    .filter((one) => one.isConfigured(config))

/** Without a way to log in, there are no admin pages. */
export const hasAdminPages = (features: readonly Feature[], config: Config): boolean =>
  config.ADMIN_PASSWORD !== undefined || configuredMethods(features, config).length > 0

export const readLoginMethods = (features: readonly Feature[], config: Config): Promise<LoginMethod[]> =>
  Promise.all(configuredMethods(features, config).map((one) => one.read(config)))
