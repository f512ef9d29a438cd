import type { ServiceDeps } from '../core/deps.ts'
import type { PageRenderer } from './pages.ts'

/** What each group of routes receives. */
export interface Site {
  deps: ServiceDeps
  pages: PageRenderer
}
