//! Documents that several families cite.

use crate::rule::Citation;

/// Medicare Claims Processing Manual, general billing: what makes a claim complete, on time and not a duplicate.
pub(super) const fn manual_1(section: &'static str) -> Citation {
    Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 1",
        section,
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c01.pdf",
    }
}

/// Medicare Claims Processing Manual, physicians.
pub(super) const fn manual_12(section: &'static str) -> Citation {
    Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 12",
        section,
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    }
}

/// Medicare Claims Processing Manual, the CMS-1450 form item by item.
pub(super) const fn manual_25(section: &'static str) -> Citation {
    Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 25",
        section,
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c25.pdf",
    }
}

/// Medicare Claims Processing Manual, the CMS-1500 form item by item.
pub(super) const fn manual_26(section: &'static str) -> Citation {
    Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 26",
        section,
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c26pdf.pdf",
    }
}

/// The claim form's own manual.
pub(super) const fn nucc(section: &'static str) -> Citation {
    Citation {
        title: "NUCC 1500 Health Insurance Claim Form Reference Instruction Manual, form version 02/12",
        section,
        url: "https://www.nucc.org/index.php/1500-claim-form-mainmenu-35/1500-instructions-mainmenu-42",
    }
}

/// The electronic professional claim.
pub(super) const fn x12_837p(section: &'static str) -> Citation {
    Citation {
        title: "ASC X12N 837 Professional, technical report 005010X222A1 (45 CFR 162.1102)",
        section,
        url: "https://x12.org/products/technical-reports",
    }
}
