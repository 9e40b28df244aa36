import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { INTERNAL_ERROR, methodNotAllowed, noSuchPath } from './status-error.js';
import { answerRefusal } from './wire.js';

/** What reaches Nest and not the wire, methods that no client has, is answered by a Status too. */
@Catch()
export class StatusErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    answerRefusal(refusalFor(error), reply);
  }
}

const refusalFor = (error: unknown) => {
  if (!(error instanceof HttpException)) return INTERNAL_ERROR;
  return error.getStatus() === 404 ? noSuchPath().refusal : methodNotAllowed().refusal;
};
