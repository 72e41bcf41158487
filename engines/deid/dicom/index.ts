export {
  createDicomDeidentifier,
  type DicomDeidentifier,
  type DicomDeidOptions,
  type DicomReport,
} from './deidentify.ts';
export { readDicom, type DicomCodec, type DicomFile } from './read.ts';
export { writeDicom } from './write.ts';
export { DicomError, tagName as dicomTagName, type DicomElement, type DicomItem } from './element.ts';
export {
  actionFor as dicomActionFor,
  OPTIONS as DICOM_OPTIONS,
  type DicomAction,
  type DicomOption,
} from './profile.ts';
export { decodeText as decodeDicomText, encodeText as encodeDicomText } from './charset.ts';
export type { Rectangle } from './pixels.ts';
