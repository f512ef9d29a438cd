import type { ServiceDeps } from '../core/deps.ts'
import type { PageRenderer } from './pages.ts'

/** What every group of routes is handed. */
export interface Site {
  deps: ServiceDeps
  pages: PageRenderer
}
