import type { ServiceDeps } from '../../core/deps.ts'
import type { SendAdmin } from './admin-pages.ts'

/** What every group of admin routes is handed. */
export interface AdminSite {
  deps: ServiceDeps
  send: SendAdmin
}
