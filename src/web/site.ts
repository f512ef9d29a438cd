import type { ServiceDeps } from '../wiring.ts'
import type { Pages } from './pages.ts'

/** What every group of routes is handed. */
export interface Site {
  deps: ServiceDeps
  pages: Pages
}
