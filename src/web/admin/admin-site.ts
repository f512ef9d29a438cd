import type { ServiceDeps } from '../../core/deps.ts'
import type { SendAdminPage } from './admin-pages.ts'

/** What each group of admin routes receives. */
export interface AdminSite {
  deps: ServiceDeps
  send: SendAdminPage
}
