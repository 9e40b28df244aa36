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
  MessageFormatError,
  readBegin,
  readBeginAnswer,
  readJob,
  readOutput,
  readReport,
  readReportAnswer,
} from './read-message.js';
