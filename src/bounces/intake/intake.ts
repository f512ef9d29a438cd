import type { ServiceDeps } from '../../core/deps.ts'
import { listenForMail } from './listen-mail.ts'

export interface Intake {
  /** Stops listening once the emails being received are complete. */
  stop(): Promise<void>
}

/** Starts the mail listeners that the settings name. Throws config.listener. */
export async function startIntake(deps: ServiceDeps): Promise<Intake> {
  const { BOUNCE_LMTP: lmtp, BOUNCE_SMTP: smtp } = deps.config
  const stops: (() => Promise<void>)[] = []
  const stop = async () => void (await Promise.all(stops.map((one) => one())))
  try {
    if (lmtp) stops.push(await listenForMail(deps, { way: 'lmtp', address: lmtp }))
    if (smtp) stops.push(await listenForMail(deps, { way: 'smtp', address: smtp }))
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}
