import type { ServiceDeps } from '../core/deps.ts'
import { acceptReport } from './accept-report.ts'
import type { ProofDeps, WebhookRequest } from './providers/provider.ts'
import type { PROVIDERS } from './providers/registry.ts'

/**
 * Stores the body of a webhook if the provider has proved its identity. A body that was stored before changes nothing.
 * The setting of the provider is set. Throws webhook.* and report.unreadable.
 */
export async function acceptWebhook(
  deps: ServiceDeps & ProofDeps,
  provider: (typeof PROVIDERS)[number],
  request: WebhookRequest,
): Promise<void> {
  const key = deps.config[provider.setting.name]!
  if (await provider.prove(deps, request, key))
    await acceptReport(deps, { channel: provider.name, recipient: null, raw: request.raw })
}
