import type { Feature } from '../../core/feature.ts'
import { words } from '../../i18n/words.ts'

/** For agents: search, days, topics and one's own digests over the Model Context Protocol, at /mcp; and /llms.txt. */
export const mcp: Feature = {
  name: 'mcp',
  routes: [
    { area: 'site', read: async () => (await import('./mcp-routes.ts')).mcpRoutes },
    { area: 'site', read: async () => (await import('./mcp-routes.ts')).llmsRoute },
    { area: 'site', read: async () => (await import('./proposal-routes.ts')).proposalRoutes },
    { area: 'manage', read: async () => (await import('./token-routes.ts')).tokenRoutes },
  ],
  errors: async () => (await import('./mcp-errors.ts')).mcpErrors,
  pageParts: [
    { page: 'privacy', sentences: () => [words.mcp.privacy] },
    {
      page: 'manage',
      place: 'aside',
      readSection: async (deps, holder) => (await import('./token-section.ts')).tokenSection(deps, holder),
    },
  ],
  personalData: {
    erase: async (tx, id) => (await import('./agent-token.repo.ts')).eraseTokens(tx, id),
    export: async ({ db }, id) => ({
      agentTokens: await (await import('./agent-token.repo.ts')).exportTokens(db, id),
    }),
  },
}
