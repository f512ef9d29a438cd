import pg from 'pg'

export { PATIENCE } from '../../../../src/core/database/patient-client.ts'

/** Whoever was asked will answer, some day. */
export const patientClient = () => pg.Client
