import { address, problemOf } from '$platform/api/client';
import { Problem } from '$platform/api/problem';
import type { FileInfo, Id } from '$platform/api/types';

export interface Upload {
  done: Promise<FileInfo>;
  cancel: () => void;
}

/** XMLHttpRequest, because fetch still can't tell how far an upload has come. */
export function upload(group: Id, file: File, progress: (part: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<FileInfo>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total);
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status === 201) resolve(body as FileInfo);
      else reject(problemOf(request.status, body));
    };
    request.onerror = () => reject(new Problem('network', 0));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
  });
  request.open('POST', address(`/groups/${group}/files`, { name: file.name }));
  request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
  request.send(file);
  return { done, cancel: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
