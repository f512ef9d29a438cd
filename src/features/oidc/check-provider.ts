import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { type CheckResult, ok, wrong } from '../../operator/health/feature-check.ts'
import { discoverProvider } from './oidc-client.ts'
import { hasProvider, oidcSettings } from './settings.ts'

/** Reads the metadata of OIDC_ISSUER, without a login. */
export async function checkProvider(
  config: Config,
  { timeoutMs }: { timeoutMs: number },
): Promise<CheckResult[]> {
  if (!hasProvider(config)) return []
  try {
    await discoverProvider(oidcSettings(config), timeoutMs / 1000)
    return [ok(`operators log in at OIDC_ISSUER; its redirect URI is ${config.BASE_URL}/admin/oidc/callback`)]
  } catch (error) {
    const { cause } = error as Error
    return [
      wrong(
        `OIDC_ISSUER does not describe itself as a provider: ${redact(errorText(cause))}`,
        'Check OIDC_ISSUER, and that this machine reaches it: its path /.well-known/openid-configuration names the issuer exactly.',
      ),
    ]
  }
}
