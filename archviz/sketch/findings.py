"""What is said of a drawing, in English and in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from archviz.core.errors import OptionError

__all__ = ["FINDINGS", "Diagnosis", "DiagnosisCode", "Language"]

Language = Literal["en", "vi"]
DiagnosisCode = Literal[
    "straightened",
    "squared",
    "flattened",
    "colours-left-out",
    "notes-left-out",
    "repaired",
    "nothing-to-repair",
    "empty",
    "floor-plan",
    "photographic",
    "faint",
    "blurred",
    "dense",
    "fragmented",
    "cropped",
    "small",
    "uneven-light",
    "inverted",
]
# Code -> English, Vietnamese; {names} are values of the finding.
FINDINGS: Mapping[DiagnosisCode, tuple[str, str]] = MappingProxyType(
    {
        "straightened": (
            "a photograph of paper: the sheet was found, straightened and its light evened out",
            "ảnh chụp tờ giấy: đã tìm thấy tờ giấy, nắn thẳng và làm đều ánh sáng",
        ),
        "squared": (
            "the sheet was straightened by the four corners that were set",
            "tờ giấy đã được nắn thẳng theo bốn góc được đặt",
        ),
        "flattened": (
            "shadows and folds of the paper ({amount}) were evened out; a scan is safer",
            "bóng đổ và nếp gấp trên giấy ({amount}) đã được làm đều; bản quét sẽ chắc chắn hơn",
        ),
        "colours-left-out": (
            "coloured pencil ({share} of the ink) was left out of the lines",
            "nét bút màu ({share} lượng mực) không được tính là nét vẽ",
        ),
        "notes-left-out": (
            "writing in {count} places was left out of the lines",
            "chữ viết ở {count} chỗ không được tính là nét vẽ",
        ),
        "repaired": (
            "{count} damaged places ({share} of the sheet) were mended; lines there are guessed",
            "{count} chỗ hư hỏng ({share} tờ giấy) đã được phục hồi; nét ở đó là phỏng đoán",
        ),
        "nothing-to-repair": (
            "no tear, stain or faded place was found; mark what is to be mended",
            "không thấy chỗ rách, ố hay phai nào; hãy đánh dấu chỗ cần phục hồi",
        ),
        "small": (
            "the drawing is only {size} px; scan it at {wanted} px or more a side",
            "bản vẽ chỉ có {size} px; hãy quét với ít nhất {wanted} px mỗi cạnh",
        ),
        "photographic": (
            "a photograph or a shaded picture, not a drawing in lines: its edges became the lines, shadows and"
            " textures may be among them, and depth is a guess; a line drawing on plain paper holds better",
            "ảnh chụp hoặc hình có sắc độ, không phải bản vẽ nét: các cạnh trong ảnh được dùng làm nét, có thể lẫn"
            " bóng đổ và hoa văn, chiều sâu chỉ là ước đoán; bản vẽ nét trên giấy trơn sẽ chính xác hơn",
        ),
        "empty": (
            "no lines were found; check that the right page was given",
            "không tìm thấy nét vẽ nào; hãy kiểm tra lại đã chọn đúng trang chưa",
        ),
        "floor-plan": (
            "it looks like a floor plan ({count} doors with their swings): a plan shows no building from outside;"
            " give an elevation, a perspective or the 3D model",
            "có vẻ là mặt bằng ({count} cửa có nét mở cánh): mặt bằng không cho thấy công trình từ bên ngoài;"
            " hãy đưa mặt đứng, phối cảnh hoặc mô hình 3D",
        ),
        "dense": (
            "ink covers {share} of the sheet; leave hatching and shading out, lines are enough",
            "mực phủ {share} tờ giấy; hãy bỏ phần gạch bóng, chỉ cần nét là đủ",
        ),
        "faint": (
            "the lines are faint, {contrast} darker than the paper; trace them or raise the contrast",
            "nét vẽ mờ, chỉ đậm hơn giấy {contrast}; hãy đồ lại hoặc tăng độ tương phản",
        ),
        "blurred": (
            "edges of lines are {width} px wide; scan again in focus, or give the original size",
            "mép nét rộng {width} px; hãy quét lại cho rõ nét hoặc dùng kích thước gốc",
        ),
        "fragmented": (
            "short pieces hold {share} of the ink; close the lines and remove dust and text",
            "các đoạn vụn chiếm {share} lượng mực; hãy nối liền nét, xóa bụi và chữ",
        ),
        "cropped": (
            "lines run out of the sheet; leave a margin, or what lies beyond is invented",
            "nét vẽ chạy ra ngoài tờ giấy; hãy chừa lề, nếu không phần bên ngoài sẽ bị bịa ra",
        ),
        "uneven-light": (
            "the paper is lit unevenly ({amount}) and was flattened; a scan is safer",
            "giấy được chiếu sáng không đều ({amount}) và đã được làm phẳng; bản quét sẽ chắc chắn hơn",
        ),
        "inverted": (
            "light lines on a dark ground were read as lines on paper",
            "nét sáng trên nền tối đã được đọc như nét trên giấy",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One finding.

    Parameters
    ----------
    code
        For programs.
    values
        What its words name.
    """

    code: DiagnosisCode
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What was seen and what to do, in English."""
        return self.in_words("en")

    def in_words(self, language: Language) -> str:
        """What was seen and what to do.

        Raises
        ------
        OptionError
            The language is neither ``"en"`` nor ``"vi"``.
        """
        languages = get_args(Language)
        if language not in languages:
            raise OptionError(f"language {language!r} is not known; give one of {', '.join(languages)}")
        return FINDINGS[self.code][languages.index(language)].format(**self.values)
