// What this release cannot deliver to yet. Such a flow log can be created, since AWS's tools do;
// its records wait in the store, as long as retention keeps them.
import { settingsAt, type FlowLog, type FlowLogSettings } from '../aws/flow-log.ts';
import { OperationError } from '../observe/operation-error.ts';

/** The release that will. */
const RELEASE = 'Weir 0.3';

/** Why nothing can be delivered with these settings, or null when it can. */
export function undeliverableCause(
  flowLog: Pick<FlowLog, 'logDestinationType'>,
  settings: Pick<FlowLogSettings, 'fileFormat'>,
): OperationError | null {
  if (flowLog.logDestinationType === 'cloud-watch-logs') return comes('to CloudWatch Logs');
  if (flowLog.logDestinationType === 'kinesis-data-firehose') return comes('to Firehose');
  return settings.fileFormat === 'parquet' ? comes('in Parquet') : null;
}

/**
 * The settings that apply to a commit. Where nothing could be delivered with them and can be now,
 * the file format is that of now: who changed it does not want to wait.
 */
export function deliverableSettingsAt(flowLog: FlowLog, sequence: number): FlowLogSettings {
  const settings = settingsAt(flowLog, sequence);
  const isFixed =
    undeliverableCause(flowLog, settings) !== null && undeliverableCause(flowLog, flowLog) === null;
  return isFixed ? { ...settings, fileFormat: flowLog.fileFormat } : settings;
}

function comes(what: string): OperationError {
  const message = `Delivery ${what} comes with ${RELEASE}; records wait in the store`;
  return new OperationError('unsupported', message);
}
