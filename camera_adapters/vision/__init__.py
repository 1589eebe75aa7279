"""Finds people in a camera's pictures. Knows no protocol, no clock, no Kafka."""

from camera_adapters.vision.detection import Detection
from camera_adapters.vision.detector import Detector
from camera_adapters.vision.errors import DetectorTamperedError, FrameShapeError
from camera_adapters.vision.faces import FaceDetector
from camera_adapters.vision.gate import LUMA_HEIGHT_PX, LUMA_WIDTH_PX, luma_of
from camera_adapters.vision.picture import EvidencePictures, evidence_pictures
from camera_adapters.vision.pipeline import CameraPipeline
from camera_adapters.vision.quality import QualityWatch, Usability
from camera_adapters.vision.settings import VisionSettings

__all__ = [
    "LUMA_HEIGHT_PX",
    "LUMA_WIDTH_PX",
    "CameraPipeline",
    "Detection",
    "Detector",
    "DetectorTamperedError",
    "EvidencePictures",
    "FaceDetector",
    "FrameShapeError",
    "QualityWatch",
    "Usability",
    "VisionSettings",
    "evidence_pictures",
    "luma_of",
]
