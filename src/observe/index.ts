// Observing ourselves: the log, the metrics, and the one kind of error for faults of the world.
export { createLogger } from './log.ts';
export type { Logger, LogFields, LogLevel, LoggerOptions } from './log.ts';
export { createMetrics } from './metrics.ts';
export type { Counter, Gauge, Labels, Metrics } from './metrics.ts';
export { OperationError } from './operation-error.ts';
export type { OperationErrorCode } from './operation-error.ts';
export { daemonStatusSchema, topAnswerSchema } from './daemon-status.ts';
export type {
  DaemonFlowLogStatus,
  DaemonInterfaceStatus,
  CertificateStatus,
  DaemonStatus,
  TopAnswer,
  TopRow,
} from './daemon-status.ts';
