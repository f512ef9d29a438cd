import { makeToken } from '../../../../src/features/mcp/agent-tokens.ts'
import { proposalPath } from '../../../../src/features/mcp/proposal.ts'
import type { FeatureSite } from '../../web/feature-sites.ts'
import { HOSTILE } from '../../web/hostile.ts'

export const featureSite: FeatureSite = {
  buttons: [
    {
      url: '/mcp',
      by: 'active',
      fields: () => ({ jsonrpc: '2.0', id: '1', method: 'tools/list' }),
      headers: { accept: 'application/json, text/event-stream' },
      isJson: true,
      protocol: 'JSON-RPC',
      status: 200,
      looks: true,
    },
    { url: '/manage/:token/agents', by: 'active', fields: () => ({ name: HOSTILE.name }) },
    { url: '/manage/:token/agents/revoke', by: 'active', fields: ({ made }) => ({ id: made.values.agent! }) },
    { url: '/proposals/:proposal', by: 'active' },
  ],
  make: async (deps, { subscriberId, topicId, token }) => {
    const { made } = await makeToken(deps, { link: token('manage'), name: HOSTILE.name })
    const { id, epoch } = await deps.db.agentToken.findFirstOrThrow({ where: { subscriberId } })
    const query = `title:robots ${HOSTILE.topic}`
    const at = deps.clock.now().toISOString()
    const proposal = { subscriberId, epoch, tokenId: id, topicId, query, named: null, at }
    return {
      paths: {
        '/manage/:token/agents/:made': `/manage/:token/agents/${made}`,
        '/proposals/:proposal': proposalPath(deps.config, proposal),
      },
      values: { agent: String(id) },
    }
  },
}
