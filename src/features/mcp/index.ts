import type { Feature } from '../../core/feature.ts'

/** For agents: search, days, topics and one's own digests over the Model Context Protocol, at /mcp; and /llms.txt. */
export const mcp: Feature = {
  name: 'mcp',
  routes: [
    { area: 'site', read: async () => (await import('./mcp-routes.ts')).mcpRoutes },
    { area: 'site', read: async () => (await import('./mcp-routes.ts')).llmsRoute },
  ],
  errors: async () => (await import('./mcp-errors.ts')).mcpErrors,
}
