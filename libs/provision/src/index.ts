export type {
  BeginAnswer,
  BeginRequest,
  BuildReport,
  Job,
  OutputMessage,
  RefusalOfBuild,
  ReportAnswer,
  Work,
} from './messages.js';
export {
  endpointOf,
  MessageFormatError,
  readBegin,
  readBeginAnswer,
  readJob,
  readOutput,
  readReport,
  readReportAnswer,
} from './read-message.js';
export { jobsConsumer, jobsStream, outputStream } from './streams.js';
