import type { ServiceDeps } from '../../core/deps.ts'
import type { SendAdminPage } from './admin-pages.ts'

/** What every group of admin routes is handed. */
export interface AdminSite {
  deps: ServiceDeps
  send: SendAdminPage
}
